/**
 * A simulation of an S3 server, in this process: for what a real gateway does not show when a test
 * wants it. It is no S3 server to store anything in.
 *
 * ```
 * await using s3 = await startSimulatedS3({ behaviour: ceph16Behaviour, seed: 1 })
 * s3.createBucket('shelf')
 * const { endpoint, region, credentials } = s3
 * const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
 *
 * // A create that is done, and whose answer is lost:
 * const lost = s3.script({ operation: 'PutObject', times: 1, fault: { kind: 'lost-answer' } })
 * // A busy server, twice:
 * s3.script({
 *   times: 2,
 *   fault: { kind: 'error', code: 'SlowDown', headers: { 'Retry-After': '1' } },
 * })
 * ...
 * expect(lost.fired).toBe(1)
 * expect(s3.objects('shelf').map(({ key }) => key)).toEqual(['a'])
 * ```
 *
 * Rules are asked in the order in which they were added, and every one that strikes takes effect.
 * The same seed decides the same about the nth request that fits a rule.
 */
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

import { systemClock } from '@aos-storage/core'
import { assertOptions } from '@aos-storage/core/backend'
import { chooseSeed, seededRandom } from '@aos-storage/core/testing'

import type { Behaviour } from './behaviour.ts'
import { exchange } from './exchange.ts'
import type { FaultRule, ScriptedRule } from './faults/rule.ts'
import { Script } from './faults/script.ts'
import { sortedKeys } from './listing/order.ts'
import { awsBehaviour } from './presets.ts'
import { type RecordedRequest, RequestLog } from './record.ts'
import type {
  ClientCredentials,
  SimulatedBucketOptions,
  SimulatedS3,
  SimulatedS3Options,
} from './simulated-s3.ts'
import { Account, type SimulatedCredentials } from './store/account.ts'
import { type DirectWrite, storedDirectly } from './store/direct-write.ts'
import type { StoredObject, Version } from './store/stored-object.ts'
import type { Upload } from './store/upload.ts'

const optionNames: ReadonlySet<string> = new Set([
  'behaviour',
  'clock',
  'seed',
  'credentials',
  'region',
  'bytesMax',
])
const behaviourNames: ReadonlySet<string> = new Set(Object.keys(awsBehaviour))

/** Starts a simulation on a free port of 127.0.0.1. */
export async function startSimulatedS3(options: SimulatedS3Options = {}): Promise<SimulatedS3> {
  assertOptions(options, optionNames, 'startSimulatedS3')
  const simulation = new Simulation(options)
  await simulation.listen()
  return simulation
}

const defaultCredentials: SimulatedCredentials = {
  accessKeyId: 'SIMULATED-ACCESS-KEY',
  secretAccessKey: 'simulated-secret',
}

class Simulation implements SimulatedS3 {
  readonly credentials: ClientCredentials
  readonly seed: number
  readonly failures: unknown[] = []
  endpoint = ''
  readonly #account: Account
  readonly #script: Script
  readonly #log = new RequestLog()
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer({ maxHeaderSize: 128 * 1024, keepAliveTimeout: 0 })

  constructor(options: SimulatedS3Options) {
    this.seed = options.seed ?? chooseSeed()
    const credentials = options.credentials ?? defaultCredentials
    this.credentials = clientCredentials(credentials)
    const random = seededRandom(this.seed)
    this.#script = new Script(random.integer(2 ** 32))
    this.#account = new Account({
      behaviour: awsBehaviour,
      clock: options.clock ?? systemClock,
      random,
      region: options.region ?? 'us-east-1',
      bytesMax: options.bytesMax ?? 256 * 1024 * 1024,
    })
    this.behave(options.behaviour ?? {})
    this.addCredentials(credentials)
  }

  get region(): string {
    return this.#account.region
  }

  get behaviour(): Behaviour {
    return this.#account.behaviour
  }

  get requests(): readonly RecordedRequest[] {
    return this.#log.entries
  }

  get connectionsOpen(): number {
    return this.#sockets.size
  }

  async listen(): Promise<void> {
    const server = this.#server
    // A slow or stalled upload is the script's business.
    server.requestTimeout = 0
    server.headersTimeout = 0
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    const desk = {
      account: this.#account,
      script: this.#script,
      log: this.#log,
      s3: this,
      crash: () => this.disconnectAll(),
      failed: (error: unknown) => this.failures.push(error),
    }
    for (const event of ['request', 'checkContinue'] as const) {
      server.on(event, (message, response) => {
        exchange(message, response, desk).catch((error: unknown) => {
          this.failures.push(error)
          response.destroy()
        })
      })
    }
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  createBucket(name: string, options: SimulatedBucketOptions = {}): void {
    const bucket = this.#account.createBucket(name, options.region)
    if (options.versioning !== undefined) bucket.versioning = options.versioning
    if (options.objectLock !== true) return
    bucket.isLockEnabled = true
    bucket.versioning = 'Enabled'
  }

  objects(bucket: string): readonly StoredObject[] {
    const { buckets } = this.#account
    const found = buckets.get(bucket)
    return sortedKeys(found?.keys() ?? [], '', 'utf8').flatMap((key) => {
      const object = found?.current(key)
      return object === undefined ? [] : [snapshot(object)]
    })
  }

  versions(bucket: string): readonly Version[] {
    const found = this.#account.buckets.get(bucket)
    return sortedKeys(found?.keys() ?? [], '', 'utf8').flatMap((key) =>
      (found?.versionsOf(key) ?? []).map((version) =>
        version.kind === 'object' ? snapshot(version) : version,
      ),
    )
  }

  uploads(bucket: string): readonly Upload[] {
    const uploads = this.#account.buckets.get(bucket)?.uploads.values() ?? []
    return [...uploads].map((upload) => ({ ...upload, parts: new Map(upload.parts) }))
  }

  put(
    bucket: string,
    key: string,
    body: string | Uint8Array,
    write: DirectWrite = {},
  ): StoredObject {
    return snapshot(storedDirectly(this.#account, { bucket, key, body, ...write }))
  }

  delete(bucket: string, key: string): void {
    this.#account.bucket(bucket).delete(key, this.#account.clock.now())
  }

  addCredentials(credentials: SimulatedCredentials): void {
    this.#account.credentials.set(credentials.accessKeyId, { ...credentials })
  }

  behave(behaviour: Partial<Behaviour>): void {
    assertOptions(behaviour, behaviourNames, 'behave')
    this.#account.behaviour = { ...this.#account.behaviour, ...behaviour }
  }

  script(rule: FaultRule): ScriptedRule {
    return this.#script.add(rule)
  }

  clearScript(): void {
    this.#script.release()
    this.#script.clear()
  }

  disconnectAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    this.clearScript()
    this.disconnectAll()
    if (!this.#server.listening) return
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function clientCredentials(credentials: SimulatedCredentials): ClientCredentials {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
}

/** The test may change what it gets. */
function snapshot(object: StoredObject): StoredObject {
  return { ...object, body: Uint8Array.from(object.body) }
}
