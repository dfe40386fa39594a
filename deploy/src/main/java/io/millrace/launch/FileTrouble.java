package io.millrace.launch;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why something could not be done with a file: the JDK's own words are at times nothing but its path. */
final class FileTrouble {
    private FileTrouble() {
    }

    /** The reason, without the path. */
    static String reason(final IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "no such file or folder";
            case FileAlreadyExistsException _ -> "there is another file of that name";
            case FileSystemException known when known.getReason() != null -> known.getReason();
            default -> e.getMessage();
        };
    }
}
