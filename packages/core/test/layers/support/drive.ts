/**
 * Random calls against a store and its {@link Model}: whatever the store answers must fit, also
 * while calls run side by side on other keys, and faults strike below.
 */
import { type AnsweredBy, isStorageError, type StorageBackend } from '../../../src/index.ts'
import type { SeededRandom, VirtualClock } from '../../../src/testing/index.ts'
import { StoredBody } from '../../../src/stored-body.ts'
import { Model } from './model.ts'

const keys = ['a', 'a/b', 'b', 'c/1', 'c/2', 'd']
const contentType = 'text/plain'

export interface DriveParts {
  readonly backend: StorageBackend
  readonly random: SeededRandom
  readonly clock: VirtualClock
  /** Rounds; each has a call for some of the keys, all at once. */
  readonly rounds: number
  /** Ends the faults, for the last look. */
  readonly calm: () => void
}

/** How many calls ended well, and how many were refused or failed. */
export interface Driven {
  readonly ok: number
  readonly failed: number
}

/** @throws Error for an answer that no model of a store can give. */
export async function drive(parts: DriveParts): Promise<Driven> {
  const driver = new Driver(parts)
  for (let round = 0; round < parts.rounds; round++) {
    const chosen = parts.random.shuffle(keys).slice(0, 1 + parts.random.integer(keys.length))
    await turned(parts.clock, Promise.all(chosen.map((key) => driver.step(key))))
    if (round % 10 === 9) await turned(parts.clock, driver.list())
  }
  parts.calm()
  await turned(parts.clock, driver.settle())
  return driver.driven
}

/** Turns the clock until `work` has ended. */
async function turned<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let isOver = false
  const ended = work.finally(() => (isOver = true))
  ended.catch(() => undefined)
  while (!isOver) await clock.advance(250)
  return ended
}

class Driver {
  readonly #backend: StorageBackend
  readonly #random: SeededRandom
  readonly #model = new Model()
  /** Of the texts that were written: the version that each is. */
  readonly #etags = new Map<string, string>()
  #writes = 0
  #ok = 0
  #failed = 0

  constructor({ backend, random }: DriveParts) {
    this.#backend = backend
    this.#random = random
  }

  get driven(): Driven {
    return { ok: this.#ok, failed: this.#failed }
  }

  async step(key: string): Promise<void> {
    const steps = [
      () => this.#write(key),
      () => this.#write(key),
      () => this.#create(key),
      () => this.#swap(key),
      () => this.#read(key),
      () => this.#read(key),
      () => this.#readRange(key),
      () => this.#stat(key),
      () => this.#delete(key),
      () => this.#deleteMany(key),
    ]
    await this.#random.pick(steps)()
  }

  async list(): Promise<void> {
    let page
    try {
      page = await this.#backend.list()
    } catch (error) {
      this.#tolerate(error)
      return
    }
    this.#ok++
    if (mayLag(page.answeredBy)) return
    const listed = page.objects.map(({ key }) => key)
    if (page.cursor !== undefined) throw new Error('one page should have been enough')
    for (const key of this.#model.keys) {
      const isListed = listed.includes(key)
      this.#model.saw(
        key,
        isListed ? 'listed' : 'not listed',
        (state) => isListed === isText(state),
      )
    }
    const strange = listed.filter((key) => !keys.includes(key))
    if (strange.length > 0) throw new Error(`nobody wrote ${strange.join()}`)
  }

  /** Nothing fails any more: what is there must be what may be there. */
  async settle(): Promise<void> {
    for (const key of keys) await this.#read(key)
    await this.list()
  }

  async #write(key: string): Promise<void> {
    const text = this.#newText()
    await this.#change(key, [text], {}, async () => {
      const body = this.#random.next() < 0.3 ? chunks(text) : Buffer.from(text)
      const { size, etag } = await this.#backend.write(key, body, { contentType })
      assertSize(key, size, text)
      this.#etags.set(text, etag)
      this.#model.became(key, text)
    })
  }

  async #create(key: string): Promise<void> {
    const text = this.#newText()
    const may = { ALREADY_EXISTS: isText }
    await this.#change(key, [text], may, async () => {
      const options = { contentType, ifNoneMatch: '*' } as const
      const { etag } = await this.#backend.write(key, Buffer.from(text), options)
      this.#model.saw(key, 'created', (state) => !isText(state))
      this.#etags.set(text, etag)
      this.#model.became(key, text)
    })
  }

  async #swap(key: string): Promise<void> {
    const known = [...this.#model.of(key)].find((state) => isText(state) && this.#etags.has(state))
    if (known === undefined) return
    const text = this.#newText()
    const may = { PRECONDITION_FAILED: (state: string | undefined) => state !== known }
    await this.#change(key, [text], may, async () => {
      const options = { contentType, ifMatch: this.#etags.get(known)! }
      const { etag } = await this.#backend.write(key, Buffer.from(text), options)
      this.#model.saw(key, 'swapped', (state) => state === known)
      this.#etags.set(text, etag)
      this.#model.became(key, text)
    })
  }

  async #read(key: string): Promise<void> {
    try {
      const result = await this.#backend.read(key)
      const text = await new StoredBody(result).text()
      assertSize(key, result.info.size, text)
      if (mayLag(result.info.answeredBy)) return
      this.#model.saw(key, `read ${text.slice(0, 20)}`, (state) => state === text)
      this.#ok++
    } catch (error) {
      this.#missed(key, error)
    }
  }

  async #readRange(key: string): Promise<void> {
    const offset = this.#random.integer(30)
    try {
      const result = await this.#backend.read(key, { range: { offset, length: 50 } })
      const text = await new StoredBody(result).text()
      if (mayLag(result.info.answeredBy)) return
      const fits = (state: string | undefined): boolean =>
        state?.slice(offset, offset + 50) === text && state.length === result.info.size
      this.#model.saw(key, `read the part ${text}`, fits)
      this.#ok++
    } catch (error) {
      this.#missed(key, error)
    }
  }

  async #stat(key: string): Promise<void> {
    try {
      const { size, answeredBy } = await this.#backend.stat(key)
      if (mayLag(answeredBy)) return
      this.#model.saw(key, `is of ${size} bytes`, (state) => state?.length === size)
      this.#ok++
    } catch (error) {
      this.#missed(key, error)
    }
  }

  async #delete(key: string): Promise<void> {
    await this.#change(key, [undefined], {}, async () => {
      const isDeleted = await this.#backend.delete(key)
      // True also where it was gone: an answer was lost, and most likely it was its own.
      if (!isDeleted) this.#model.saw(key, 'was not there', (state) => !isText(state))
      this.#model.became(key, undefined)
    })
  }

  async #deleteMany(key: string): Promise<void> {
    await this.#change(key, [undefined], {}, async () => {
      const [outcome] = await this.#backend.deleteMany([key])
      if (outcome?.error !== undefined) throw outcome.error
      this.#model.became(key, undefined)
    })
  }

  async #change(
    key: string,
    states: readonly (string | undefined)[],
    mayRefuse: Parameters<Model['failed']>[3],
    act: () => Promise<void>,
  ): Promise<void> {
    try {
      await act()
      this.#ok++
    } catch (error) {
      this.#failed++
      this.#model.failed(key, error, states, mayRefuse)
    }
  }

  #missed(key: string, error: unknown): void {
    if (isStorageError(error, 'NOT_FOUND')) {
      this.#ok++
      this.#model.saw(key, 'not found', (state) => !isText(state))
      return
    }
    this.#tolerate(error)
  }

  #tolerate(error: unknown): void {
    if (!isStorageError(error) || error.code === 'CORRUPT') throw error
    this.#failed++
  }

  /** Texts differ from their start, and are 40 to 4,040 characters long. */
  #newText(): string {
    const text = `${this.#writes++} `.padStart(40, '.')
    return text + 'lorem ipsum '.repeat(this.#random.integer(334))
  }
}

/** True for the answer of a spare store that says that it may not be up to date. */
function mayLag(by: AnsweredBy | undefined): boolean {
  return by?.isFallback === true && by.staleMsMax !== 0
}

function isText(state: string | undefined): state is string {
  return state !== undefined
}

function assertSize(key: string, size: number, text: string): void {
  if (size !== text.length) throw new Error(`${key}: ${size} bytes told, ${text.length} given`)
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += 1000) yield Buffer.from(text.slice(at, at + 1000))
}
