/**
 * Moves house: copies every object of one store to another, whatever both are, with its bytes,
 * type, metadata and time, each verified. Killed and started again it goes on where it was.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/migrate.ts \
 *     file:///var/data s3://bucket/some/prefix moving.journal
 *
 * Accounts and credentials are found in the environment, as the README of each backend says.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isStorageError, migrate, migrationReport, StorageManager } from '@aos-storage/core'

const [from, to, journal] = process.argv.slice(2)
if (from === undefined || to === undefined) {
  console.error('usage: migrate.ts FROM-URL TO-URL [JOURNAL], as file:///var/data s3://bucket')
  process.exit(2)
}
// A folder is made by opening it: a mistyped one would be an empty source.
if (from.startsWith('file:') && !existsSync(fileURLToPath(from))) {
  console.error(`The folder of ${from} does not exist: nothing to migrate; mend the URL`)
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
  const { copied, copiedBytes, unchanged, skipped, vanished, failed, failures } = report
  console.log(`${copied} objects copied, ${copiedBytes} bytes`)
  if (copied + unchanged + skipped + vanished + failed === 0) {
    console.error('The source is empty; if it should not be, mend its URL')
  }
  if (unchanged > 0) console.log(`${unchanged} were there already`)
  for (const { key, code, message } of failures) console.error(key, code, message)
  if (failed > 0) process.exitCode = 1
} catch (error) {
  if (!isStorageError(error)) throw error
  console.error(`${error.message} (${migrationReport(error)?.copied ?? 0} objects are copied)`)
  process.exitCode = 1
}
