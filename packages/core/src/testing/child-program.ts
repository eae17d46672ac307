/**
 * What the programs of child processes share: one opens a store and does what its kit says, see
 * `child-protocol.ts`. It ends with its parent, so that an aborted test run leaves none behind.
 */
import { flushCompileCache } from 'node:module'
import { isStorageError } from '../errors.ts'
import type { ChildMessage, ChildModule, ChildRequest, CommandTable } from './child-protocol.ts'

/** What does each command. */
export type Handlers<Commands extends CommandTable<Commands>> = {
  readonly [Name in keyof Commands]: (
    args: Commands[Name]['args'],
  ) => Promise<Commands[Name]['result']>
}

/**
 * Opens the store that the command line tells of, and serves commands until the parent ends.
 *
 * @param handlersOf Takes the backend that the module opens, whatever it is.
 */
export async function serveChild<Commands extends CommandTable<Commands>>(
  handlersOf: (backend: never, progress: (value: number) => Promise<void>) => Handlers<Commands>,
): Promise<void> {
  const { module, args } = JSON.parse(process.argv[2]!) as ChildModule
  process.on('disconnect', () => process.exit())
  try {
    const { openChild } = (await import(module)) as {
      openChild: (args: unknown) => Promise<never>
    }
    const handlers = handlersOf(await openChild(args), progress)
    process.on('message', (request: ChildRequest) => void answer(handlers, request))
    // Where there is such a cache: most children are killed, and would leave nothing in it.
    flushCompileCache()
    send({ kind: 'ready' })
  } catch (error) {
    send({ kind: 'failure', id: undefined, message: messageOf(error) })
  }
}

async function answer<Commands extends CommandTable<Commands>>(
  handlers: Handlers<Commands>,
  { id, command, args }: ChildRequest,
): Promise<void> {
  try {
    const handle = handlers[command as keyof Commands]
    send({ kind: 'answer', id, result: await handle(args) })
  } catch (error) {
    send({ kind: 'failure', id, message: messageOf(error) })
  }
}

/**
 * Says that a write was acknowledged, and waits until the kit can read it, whatever becomes of this
 * process: what waits here to be sent dies with it, and a kill must find at most one write unsaid.
 */
function progress(value: number): Promise<void> {
  const message: ChildMessage = { kind: 'progress', value }
  return new Promise((resolve, reject) => {
    process.send!(message, (error: Error | null) => (error === null ? resolve() : reject(error)))
  })
}

function send(message: ChildMessage): void {
  process.send!(message)
}

function messageOf(error: unknown): string {
  return isStorageError(error) ? `${error.code}: ${error.message}` : String(error)
}
