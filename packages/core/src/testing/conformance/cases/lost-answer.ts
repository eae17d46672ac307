/**
 * Answers that get lost: the store did it, the caller cannot know. Each write carries its own id in
 * the object's metadata, so that whoever does it again can tell "I did" from "somebody else did".
 */
import assert from 'node:assert/strict'
import type { ObjectInfo, StorageBackend, WriteOptions } from '../../../backend.ts'
import type { Capabilities } from '../../../capabilities.ts'
import { type Clock, systemClock } from '../../../clock.ts'
import { writeIdMetadata } from '../../../metadata.ts'
import type { Random } from '../../../random.ts'
import { writeOnce } from '../../../write-once.ts'
import { faults } from '../../faults/injector.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import type { CaseContext } from '../context.ts'
import { expectError, expectMissing, expectText } from '../expectations.ts'
import { put, textType, utf8 } from '../objects.ts'

const requires = ({ conditionalWrite, userMetadata }: Capabilities): boolean =>
  conditionalWrite !== 'none' && userMetadata

type Conditions = Pick<WriteOptions, 'ifMatch' | 'ifNoneMatch'>

/** Does not wait between attempts. */
const impatient: Clock = { ...systemClock, sleep: () => Promise.resolve() }

/** Writes once, whatever gets lost, by core's own `writeOnce`. */
function writeWithId(
  backend: StorageBackend,
  key: string,
  body: string,
  random: Random,
  conditions: Conditions,
  clock: Clock = impatient,
): Promise<ObjectInfo> {
  const options = { contentType: textType, ...conditions }
  return writeOnce(backend, key, utf8(body), options, { random, clock })
}

/** Loses the answer of a write of "doc"; another writer interferes before it is done again. */
async function expectOpen(
  context: CaseContext,
  conditions: Conditions,
  what: string,
  interfere: () => Promise<unknown>,
): Promise<void> {
  const { random } = context
  const injector = faults({ seed: random.seed })
  const lossy = injector(context.backend)
  injector.loseNext('write')
  const clock: Clock = { ...systemClock, sleep: async () => void (await interfere()) }
  const doing = `write("doc", ${JSON.stringify(conditions)}) whose answer was lost, then ${what},`
  const error = await expectError('UNAVAILABLE', doing, () =>
    writeWithId(lossy, 'doc', 'mine', random, conditions, clock),
  )
  assert.equal(error.retryable, 'no', `retryable of ${doing}: its outcome is open`)
}

export const lostAnswerCases: readonly ConformanceCase[] = defineCases('lost-answer', [
  {
    name: 'create',
    title: 'a create whose answer is lost is known as done when it is done again',
    requires,
    async run(context) {
      const injector = faults({ seed: context.random.seed })
      const lossy = injector(context.backend)
      injector.loseNext('write')
      const create = { ifNoneMatch: '*' } as const
      const info = await writeWithId(lossy, 'doc', 'mine', context.random, create)
      await expectText(context.backend, 'doc', 'mine', 'after a lost answer and a retry')
      assert.equal(info.etag, (await context.backend.stat('doc')).etag, 'etag that the retry gave')
      assert.equal(injector.events.length, 1, 'answers that were lost')
    },
  },
  {
    name: 'create-lost-to-other',
    title: 'a create that someone else won is refused, also after a try that was turned away',
    requires,
    async run(context) {
      const injector = faults({ seed: context.random.seed })
      const lossy = injector(context.backend)
      injector.failNext('write', 'RATE_LIMITED')
      await writeWithId(context.backend, 'doc', 'theirs', context.random, {})
      const create = { ifNoneMatch: '*' } as const
      const again = (): Promise<unknown> =>
        writeWithId(lossy, 'doc', 'mine', context.random, create)
      await expectError('ALREADY_EXISTS', 'a create that another writer won', again)
      await expectText(context.backend, 'doc', 'theirs', 'after the create was refused')
    },
  },
  {
    name: 'swap',
    title: 'a swap whose answer is lost is known as done when it is done again',
    requires,
    async run(context) {
      const injector = faults({ seed: context.random.seed })
      const lossy = injector(context.backend)
      const { etag } = await put(context.backend, 'doc', 'old')
      injector.loseNext('write')
      const info = await writeWithId(lossy, 'doc', 'mine', context.random, { ifMatch: etag })
      assert.equal(info.etag, (await context.backend.stat('doc')).etag, 'etag that the retry gave')
      await expectText(context.backend, 'doc', 'mine', 'after a lost answer and a retry')
    },
  },
  {
    name: 'interfered',
    title: 'a lost write that another writer replaced is told as open: neither done nor refused',
    requires,
    async run(context) {
      const { backend } = context
      let theirs = ''
      // Bodies differ, for where an etag names the content.
      const replace = (): Promise<unknown> => put(backend, 'doc', (theirs = `${theirs}their own`))
      await expectOpen(context, { ifNoneMatch: '*' }, 'replaced', replace)
      await expectText(backend, 'doc', theirs, 'after a create that was replaced')
      const first = await backend.stat('doc')
      await expectOpen(context, { ifMatch: first.etag }, 'replaced', replace)
      await expectText(backend, 'doc', theirs, 'after a swap that was replaced')
      const second = await backend.stat('doc')
      await expectOpen(context, { ifMatch: second.etag }, 'deleted', () => backend.delete('doc'))
      await expectMissing(backend, 'doc', 'after a swap that was deleted')
    },
  },
  {
    name: 'write-id',
    title: 'the write id is stored beside as much metadata as the backend claims to hold',
    requires,
    async run({ backend, capabilities, random }) {
      const room = capabilities.metadataBytesMax - 'big'.length
      const metadata = { big: 'x'.repeat(room), [writeIdMetadata]: random.id() }
      await put(backend, 'doc', 'body', { metadata })
      const stored = await backend.stat('doc')
      assert.deepEqual({ ...stored.metadata }, metadata, 'metadata with a write id')
      await backend.copy('doc', 'copy')
      const copied = await backend.stat('copy')
      assert.deepEqual({ ...copied.metadata }, metadata, 'metadata of a copy')
    },
  },
  {
    name: 'delete',
    title: 'a delete whose answer is lost can be done again',
    async run(context) {
      const injector = faults({ seed: context.random.seed })
      const lossy = injector(context.backend)
      await put(context.backend, 'doc', 'body')
      injector.loseNext('delete')
      await expectError('UNAVAILABLE', 'delete("doc") with a lost answer', () =>
        lossy.delete('doc'),
      )
      await expectMissing(context.backend, 'doc', 'after a delete whose answer was lost')
      assert.equal(await lossy.delete('doc'), false, 'delete("doc") again')
    },
  },
  {
    name: 'torn-write',
    title: 'a body that is cut on its way leaves the old object',
    async run(context) {
      const { backend, random } = context
      const injector = faults({ seed: random.seed })
      const torn = injector(backend)
      await put(backend, 'doc', 'old')
      for (let at = 0; at < 6; at++) {
        injector.tearNext('write', random.integer(120_000))
        const body = new Uint8Array(150_000)
        const write = (): Promise<unknown> => put(torn, 'doc', body)
        await expectError('ABORTED', 'write("doc") whose body is cut', write)
        await expectText(backend, 'doc', 'old', 'after its new body was cut')
      }
    },
  },
])
