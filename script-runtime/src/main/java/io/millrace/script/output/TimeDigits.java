package io.millrace.script.output;

import java.time.LocalDate;

/** Times in UTC as text; remembers the last day's date, since most follow each other within one. Not thread-safe. */
final class TimeDigits {
    private static final int SECONDS_PER_DAY = 86_400;

    private final byte[] date = new byte[10];
    private long dateDay = Long.MIN_VALUE;

    /**
     * Writes a time of the years 0 to 9999, {@code 2026-01-31T23:59:59}, into room that is there.
     *
     * @param seconds since the Unix epoch.
     * @return the position behind it.
     */
    int write(final byte[] out, final int position, final long seconds) {
        final long day = Math.floorDiv(seconds, SECONDS_PER_DAY);
        final int second = (int) Math.floorMod(seconds, (long) SECONDS_PER_DAY);
        if (day != dateDay) {
            remember(day);
        }
        System.arraycopy(date, 0, out, position, date.length);
        int to = position + date.length;
        out[to++] = 'T';
        to = Digits.pair(out, to, second / 3600);
        out[to++] = ':';
        to = Digits.pair(out, to, second / 60 % 60);
        out[to++] = ':';
        return Digits.pair(out, to, second % 60);
    }

    private void remember(final long day) {
        final LocalDate local = LocalDate.ofEpochDay(day);
        final int year = local.getYear();
        date[0] = (byte) ('0' + year / 1000);
        date[1] = (byte) ('0' + year / 100 % 10);
        date[2] = (byte) ('0' + year / 10 % 10);
        date[3] = (byte) ('0' + year % 10);
        date[4] = '-';
        Digits.pair(date, 5, local.getMonthValue());
        date[7] = '-';
        Digits.pair(date, 8, local.getDayOfMonth());
        dateDay = day;
    }
}
