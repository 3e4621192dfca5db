// The files of a witness are not as they should be: said, in these words, to whoever starts it.

export class WitnessFault extends Error {}
