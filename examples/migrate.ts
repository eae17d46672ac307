/**
 * Moves house: copies every object of one store to another, whatever both are, with its bytes,
 * type, metadata and time, each verified. Killed and started again it goes on where it was.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/migrate.ts \
 *     file:///var/data s3://bucket/some/prefix moving.journal
 *
 * Accounts and credentials are found in the environment, as the README of each backend says.
 */
import { isStorageError, migrate, migrationReport, StorageManager } from '@aos-storage/core'

const [from, to, journal] = process.argv.slice(2)
if (from === undefined || to === undefined) {
  console.error('usage: migrate.ts FROM-URL TO-URL [JOURNAL], as file:///var/data s3://bucket')
  process.exit(2)
}
await using source = await StorageManager.open(from)
await using destination = await StorageManager.open(to)

const job = migrate(source, destination, {
  journal,
  concurrency: 24,
  onProgress: ({ objectsDone, objectsTotal, bytesPerSecond, secondsLeft }) => {
    const rate = `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`
    const left = secondsLeft === undefined ? '' : `, ${Math.ceil(secondsLeft)} s left`
    console.error(`${objectsDone} of ${objectsTotal} objects, ${rate}${left}`)
  },
})
try {
  const report = await job.done
  console.log(`${report.copied} objects copied, ${report.copiedBytes} bytes`)
  if (report.unchanged > 0) console.log(`${report.unchanged} were there already`)
  for (const { key, code, message } of report.failures) console.error(key, code, message)
  if (report.failed > 0) process.exitCode = 1
} catch (error) {
  if (!isStorageError(error)) throw error
  console.error(`${error.message} (${migrationReport(error)?.copied ?? 0} objects are copied)`)
  process.exitCode = 1
}
