// Apart from what verifies, which is large and seldom needed.

/** A token or an answer that does not hold, or certificates that cannot be read; the message says why in plain words. */
export class TimeRefused extends Error {}
