package dev.embedonce.langchain4j;

import dev.embedonce.engine.AnswerRequest;
import dev.embedonce.engine.AnswerStream;
import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.vlm.chat.ToolCall;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One answer while it is generated, told to its handler. Run once, by one thread. */
final class StreamedAnswer implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamedAnswer.class);

    private final EngineCalls calls;
    private final AnswerRequest request;
    private final StreamingChatResponseHandler handler;
    private final StringBuilder text = new StringBuilder();
    private final List<ToolCall> toolCalls = new ArrayList<>();

    StreamedAnswer(EngineCalls calls, AnswerRequest request, StreamingChatResponseHandler handler) {
        this.calls = calls;
        this.request = request;
        this.handler = handler;
    }

    /** Cancels the answer, from any thread. */
    private static final class Handle implements StreamingHandle {
        private final AnswerStream answer;
        private volatile boolean cancelled;

        Handle(AnswerStream answer) {
            this.answer = answer;
        }

        @Override
        public void cancel() {
            cancelled = true;
            answer.cancel();
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    }

    @Override
    public void run() {
        try (AnswerStream answer = EngineCalls.translated(() -> calls.engine().answer(request))) {
            Handle handle = new Handle(answer);
            while (!answer.isDone() && !handle.isCancelled()) {
                tell(answer, handle);
            }
        } catch (RuntimeException e) {
            safely(() -> handler.onError(e));
        }
    }

    private void tell(AnswerStream answer, Handle handle) {
        AnswerEvent event;
        try {
            event = EngineCalls.translated(answer::next);
        } catch (RuntimeException e) {
            if (handle.isCancelled()) {
                return;
            }
            throw e;
        }
        if (event instanceof AnswerEvent.Piece piece && !piece.text().isEmpty()) {
            text.append(piece.text());
            call(() ->
                    handler.onPartialResponse(new PartialResponse(piece.text()), new PartialResponseContext(handle)));
        } else if (event instanceof AnswerEvent.Called called) {
            CompleteToolCall call = new CompleteToolCall(toolCalls.size(), Conversations.request(called.call()));
            toolCalls.add(called.call());
            call(() -> handler.onCompleteToolCall(call));
        } else if (event instanceof AnswerEvent.Done done) {
            call(() -> handler.onCompleteResponse(calls.response(
                    text.toString(),
                    toolCalls,
                    done.end(),
                    answer.promptTokens(),
                    done.reusedTokens(),
                    done.writtenTokens(),
                    answer.images())));
        }
    }

    /** Calls the handler; an error of its own is its own. */
    private void call(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException e) {
            safely(() -> handler.onError(e));
        }
    }

    private static void safely(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException e) {
            LOG.warn("a handler of answers failed when it was told of an error", e);
        }
    }
}
