/** Sinks that tests look into, and let fail. */
import type { AuditEntry, AuditSink } from '../../../src/index.ts'

/** Keeps entries in memory. `fault` is thrown by each append while it is set. */
export class MemorySink implements AuditSink {
  readonly name = 'memory'
  readonly entries: AuditEntry[] = []
  readonly batches: number[] = []
  fault: Error | undefined
  closes = 0
  /** Awaited by each append. */
  gate: Promise<void> | undefined
  /** Called at the start of each append. */
  onAppend: ((entries: readonly AuditEntry[]) => void) | undefined

  async append(entries: readonly AuditEntry[]): Promise<void> {
    this.onAppend?.(entries)
    await this.gate
    if (this.fault !== undefined) throw this.fault
    this.entries.push(...entries)
    this.batches.push(entries.length)
  }

  async close(): Promise<void> {
    this.closes++
  }

  /** Action, resource and outcome of each entry. */
  get told(): string[] {
    return this.entries.map(
      ({ action, resource, to, outcome }) =>
        `${action} ${resource}${to === undefined ? '' : ` -> ${to}`} ${outcome}`,
    )
  }
}
