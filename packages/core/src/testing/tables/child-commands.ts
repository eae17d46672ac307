/** The commands of another process that has the same tables open. */
export interface TableChildCommands {
  /** Inserts each row of the partition at once, with `mark`; gives those that it won. */
  insertAll: {
    args: { table: string; rowKeys: readonly string[]; mark: string }
    result: { won: string[] }
  }
  /** Adds 1 to `count` of an entity by compare and swap, `times` times. */
  increment: { args: { table: string; times: number }; result: { conflicts: number } }
  /**
   * Moves one from `left` to `right` of a partition by transactions, each with a row of its own,
   * until it is killed; progress says which.
   */
  transactForever: { args: { table: string; from: number }; result: never }
}
