package dev.embedonce.engine.schedule;

/** Is told what an engine does, on the engine's thread; returns at once. */
public interface EngineListener {
    /** Ignores everything. */
    EngineListener NONE = new EngineListener() {
        @Override
        public void step(int sequences, long nanos) {}

        @Override
        public void chunk(int tokens, long nanos) {}

        @Override
        public void prompt(int tokens, int reusedTokens) {}

        @Override
        public void firstToken(long nanos) {}
    };

    /** A decode step has made one token of each of so many sequences. */
    void step(int sequences, long nanos);

    /** A chunk of a prompt has been prefilled. */
    void chunk(int tokens, long nanos);

    /** The prefill of a prompt begins; {@code reusedTokens} of it are taken from an earlier sequence. */
    void prompt(int tokens, int reusedTokens);

    /** The first token of an answer is there, so long after its request arrived. */
    void firstToken(long nanos);
}
