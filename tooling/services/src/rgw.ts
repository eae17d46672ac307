/**
 * S3, by Ceph's RADOS Gateway 16.2: a monitor, an object store in memory and the gateway, three
 * processes that are up in about a second and a half. https://docs.ceph.com/en/pacific/radosgw/
 *
 *     client --HTTP, SigV4--> radosgw --cephx--> ceph-osd (memory)
 *                                    \--------> ceph-mon (which OSD, which keys)
 *
 * Only the gateway may be killed without loss: `kill('radosgw')`. All that was stored lives in
 * `ceph-osd`; after a `kill()` of all three `restart()` builds an empty cluster at the same URL.
 * `pause('ceph-osd')` makes every request hang that reads or writes.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { cephConfiguration, cephKeyring } from './ceph-files.ts'
import type { ServiceDefinition, StartContext } from './definition.ts'
import { s3Connection, s3Environment } from './s3-connection.ts'
import { shownUrl } from './shown-url.ts'

/** Ordinary users, for a system user is answered differently. Public keys, as an emulator's. */
const users = [
  { uid: 'tests', accessKeyId: 'AOSTESTS', secretAccessKey: 'aos-tests-secret' },
  { uid: 'other', accessKeyId: 'AOSOTHER', secretAccessKey: 'aos-other-secret' },
] as const

/** Beside STANDARD; the gateway refuses a class that it does not know. */
const storageClasses = ['STANDARD_IA', 'GLACIER']

export const rgw: ServiceDefinition = {
  name: 'rgw',
  urlVariable: 'AOS_S3_URL',
  variablesOf: s3Environment,
  binaries: ['ceph-mon', 'ceph-osd', 'osdmaptool', 'radosgw', 'radosgw-admin'],
  aptPackages: ['ceph-common', 'ceph-mon', 'ceph-osd', 'radosgw'],
  readyTimeoutMs: 120_000,
  // The gateway takes five seconds to end, and nothing in memory is worth the wait.
  stopGraceMs: 0,

  async start(context) {
    const port = await context.freePort()
    await startCluster(context, port)
    const [user, other] = users
    const url = new URL(`http://127.0.0.1:${port}/?region=us-east-1`)
    url.username = user.accessKeyId
    url.password = user.secretAccessKey
    url.searchParams.set('otherAccessKeyId', other.accessKeyId)
    url.searchParams.set('otherSecretAccessKey', other.secretAccessKey)
    return url.href
  },

  /** The store forgets everything in a crash, so that nothing could be gone on with. */
  restart: (context, url) => startCluster(context, Number(new URL(url).port)),

  async probe(url) {
    const answer = await fetch(s3Connection(url).endpoint, {
      redirect: 'manual',
      signal: AbortSignal.timeout(1000),
    })
    const text = await answer.text()
    // Without a signature: a list of no buckets, or a refusal. Amazon sends one to its web site.
    const isS3 = answer.headers.has('x-amz-request-id') || /<(ListAllMy|Error>)/.test(text)
    if (!isS3 || answer.status >= 500) {
      throw new Error(`${shownUrl(url)} answers with ${answer.status} and no S3.`)
    }
  },
}

async function startCluster(context: StartContext, port: number): Promise<void> {
  const { folder, run, spawn } = context
  const ceph = (...args: string[]): string[] => ['-c', join(folder, 'ceph.conf'), ...args]
  const admin = (...args: string[]): Promise<string> => run('radosgw-admin', ceph(...args))
  await writeFiles(context, port)
  await createStores(context, ceph)
  await spawn('ceph-mon', ceph('-f', '-i', 'a'))
  await spawn('ceph-osd', ceph('-f', '-i', '0', '--osd-crush-update-on-start=false'))
  const [user, other] = users
  // The first command also creates the zone, which the gateway reads only when it starts.
  await admin(...userCreation(user))
  for (const name of storageClasses) {
    const placement = ['--placement-id=default-placement', `--storage-class=${name}`]
    const pool = `--data-pool=default.rgw.${name.toLowerCase()}.data`
    await admin('zonegroup', 'placement', 'add', '--rgw-zonegroup=default', ...placement)
    await admin('zone', 'placement', 'add', '--rgw-zone=default', ...placement, pool)
  }
  await spawn('radosgw', ceph('-f', '-n', 'client.rgw'))
  await admin(...userCreation(other))
}

async function writeFiles({ folder, freePort }: StartContext, port: number): Promise<void> {
  for (const name of ['mon', 'osd', 'run']) {
    await rm(join(folder, name), { recursive: true, force: true })
    await mkdir(join(folder, name))
  }
  const settings = { folder, gatewayPort: port, monitorPort: await freePort() }
  await writeFile(join(folder, 'ceph.conf'), cephConfiguration(settings))
  await writeFile(join(folder, 'keyring'), cephKeyring(), { mode: 0o600 })
}

/** What the monitor and the OSD start from, made without either of them. */
async function createStores(
  { folder, run }: StartContext,
  ceph: (...args: string[]) => string[],
): Promise<void> {
  const map = join(folder, 'osdmap')
  // With the one OSD in the map nobody has to make it known: that takes a second of commands.
  await run('osdmaptool', ['--createsimple', '1', '--clobber', map])
  await Promise.all([
    run('ceph-mon', ceph('--mkfs', '-i', 'a', '--osdmap', map)),
    run('ceph-osd', ceph('--mkfs', '-i', '0', '--osd-uuid', randomUUID(), '--no-mon-config')),
  ])
}

function userCreation({ uid, accessKeyId, secretAccessKey }: (typeof users)[number]): string[] {
  const keys = [`--access-key=${accessKeyId}`, `--secret=${secretAccessKey}`]
  return ['user', 'create', `--uid=${uid}`, `--display-name=${uid}`, ...keys]
}
