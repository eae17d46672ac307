/** Brings the objects of one store to another, whatever both are. */
import { StorageError } from '../errors.ts'
import { assertTwoStores, backendOf, type MigrationEnd } from './ends.ts'
import { Job, type MigrationJob } from './job.ts'
import { type MigrateOptions, settleOptions } from './options.ts'

/**
 * Copies every object with its bytes, type, metadata and time, verified, many at once; what is the
 * same at the destination already is not copied again. With a journal, one that was killed goes on
 * where it was: at most the objects on their way are copied twice.
 *
 * The work begins at once. Neither store is closed.
 *
 * @param source A manager, with its layers and prefix, or a backend. It is only read, unless
 * `deleteSource` is given.
 * @throws TypeError for mistakes in the program.
 * @throws StorageError `INVALID_ARGUMENT` for options that mean nothing, `UNSUPPORTED` for a
 * deletion that the source cannot make safely. All else comes by `done`.
 */
export function migrate(
  source: MigrationEnd,
  destination: MigrationEnd,
  options: MigrateOptions = {},
): MigrationJob {
  const from = backendOf(source, 'source')
  const to = backendOf(destination, 'destination')
  const settled = settleOptions(options)
  assertTwoStores(from, to)
  if (settled.deleteSource === 'verified' && from.capabilities.conditionalDelete === 'none') {
    throw new StorageError(
      'UNSUPPORTED',
      'The source has no conditional delete: what others write to it while it is migrated could ' +
        "be deleted unseen; stop them, and say deleteSource: 'verified-unconditionally'",
      { backend: from.name, operation: 'migrate' },
    )
  }
  return new Job({ source: from, destination: to, options: settled })
}
