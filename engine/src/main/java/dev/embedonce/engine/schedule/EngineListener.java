package dev.embedonce.engine.schedule;

/** Hears what an engine does, on the engine's thread; returns at once. */
public interface EngineListener {
    /** Hears nothing. */
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

    /** Wrote one token of each of so many sequences. */
    void step(int sequences, long nanos);

    /** Read a part of a prompt. */
    void chunk(int tokens, long nanos);

    /** Began with a prompt. */
    void prompt(int tokens, int reusedTokens);

    /** A first token is there, so long after its ticket was made. */
    void firstToken(long nanos);
}
