/** How a backend of tables plugs into its conformance kit. */
import type { TableBackend } from '../../tables/backend.ts'
import type { KitHarness, KitStore } from '../kit/harness.ts'

/**
 * A store of tables and the ways to reach it. Others may have tables in it: the kit makes its own,
 * under names that nobody has, and deletes them.
 */
export type OpenedTables = KitStore<TableBackend>

/** Gives the kit stores to test. */
export type TableHarness = KitHarness<OpenedTables>
