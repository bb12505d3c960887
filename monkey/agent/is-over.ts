/** Whether a signal has aborted by now; asked through a function, since the compiler believes what it saw before an await. */
export const isOver = (signal: AbortSignal): boolean => signal.aborted;
