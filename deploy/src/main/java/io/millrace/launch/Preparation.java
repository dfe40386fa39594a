package io.millrace.launch;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Something that a run needs and that a thread of its own makes ready, while the thread that started it goes on with
 * something else.
 */
final class Preparation<T> implements AutoCloseable {
    private final FutureTask<T> task;

    private Preparation(final Callable<T> made) {
        task = new FutureTask<>(made);
    }

    /**
     * Begins.
     *
     * @param name of the thread.
     */
    static <T> Preparation<T> start(final String name, final Callable<T> made) {
        final Preparation<T> preparation = new Preparation<>(made);
        Thread.ofPlatform().name(name).daemon(true).start(preparation.task);
        return preparation;
    }

    /** Waits until it is ready; throws what the making threw. Any number of times. */
    T await() throws InterruptedException {
        try {
            return task.get();
        } catch (final ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /** Waits until the thread does nothing any more, whatever came of it: a process must not end in the middle. */
    @Override
    public void close() {
        boolean interrupted = false;
        while (!task.isDone()) {
            try {
                task.get();
            } catch (final InterruptedException e) {
                interrupted = true;
            } catch (final ExecutionException e) {
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
