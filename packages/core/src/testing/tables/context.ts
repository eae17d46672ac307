/** What a running case of the tables' kit has in its hands. */
import { randomUUID } from 'node:crypto'
import type { TableBackend } from '../../tables/backend.ts'
import { type CaseOptions, KitContext } from '../kit/context.ts'
import type { TableChildCommands } from './child-commands.ts'
import type { OpenedTables, TableHarness } from './harness.ts'

/** The surroundings of one case. Tables that are made through it are deleted at its end. */
export class TableCaseContext extends KitContext<
  TableBackend,
  OpenedTables,
  TableChildCommands,
  TableHarness
> {
  readonly #tables: string[] = []

  constructor(harness: TableHarness, store: OpenedTables, options: CaseOptions) {
    super(harness, store, options, 'tables/child')
    this.defer(() => this.#deleteTables())
  }

  /**
   * A name that nobody has, whatever the seed: a server may keep what an earlier run left.
   *
   * @param start ASCII letters.
   */
  newName(start: string = 'kit'): string {
    const name = `${start}${randomUUID().replaceAll('-', '')}`
    this.#tables.push(name)
    return name
  }

  /** A name that the case made up: its table is deleted at the end, too. Gives it back. */
  keepName(name: string): string {
    this.#tables.push(name)
    return name
  }

  /** An empty table. */
  async newTable(): Promise<string> {
    const name = this.newName()
    await this.backend.createTable(name)
    return name
  }

  /** Through another handle: that of the case may be closed. What cannot be deleted stays. */
  async #deleteTables(): Promise<void> {
    const backend = this.has('reopen') ? await this.store.reopen!() : this.backend
    await Promise.allSettled(this.#tables.map((name) => backend.deleteTable(name)))
    if (backend !== this.backend) await backend.close()
  }
}
