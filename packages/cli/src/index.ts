/**
 * The command line as a function, for programs that bring it along and for tests. From the shell it
 * is `aos-storage`.
 *
 * @packageDocumentation
 */
export { type ExitCode, exitCodes } from './exit-codes.ts'
export type { ByteInput, CommandIo, TextSink } from './io.ts'
export { runCommandLine } from './main.ts'
