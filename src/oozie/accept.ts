/** Warnings that are meant: the code of each, and why it is right here. */
export type Accept = Readonly<Record<string, string>>;
