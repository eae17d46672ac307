/**
 * Sees everything that goes wrong in the pages of a browser context: errors and warnings on the
 * console, exceptions, crashes, failed requests, requests to another host, dialogs.
 *
 * A test declares what it provokes before it does so; at its end, anything else is a failure, and
 * so is a declaration that nothing met.
 */
import type { BrowserContext, ConsoleMessage, Dialog, Page, Request } from 'playwright-core'
import { describeFault, fits, type Expectation, type Fault, type Pattern } from './fault.ts'

/** Chromium's word for a request that the page gave up, as a cancelled upload does. */
const givenUp = 'net::ERR_ABORTED'
/** Addresses that never leave the browser. */
const inside = /^(data|blob|about):/

export class Watch {
  readonly #origin: string
  readonly #faults: Fault[] = []
  readonly #expectations: Expectation[] = []
  /** Requests that the page gave up: no fault, but a test of a cancel button looks for one. */
  readonly givenUp: string[] = []

  /** @param origin The only one that pages may ask: `http://127.0.0.1:41234`. */
  constructor(context: BrowserContext, origin: string) {
    this.#origin = origin
    context.on('console', (message) => this.#hear(message))
    context.on('weberror', (error) => this.#catch(error.error()))
    context.on('request', (request) => this.#follow(request.url()))
    context.on('requestfailed', (request) => this.#fail(request))
    context.on('dialog', (dialog) => void this.#answer(dialog))
    context.on('page', (page) => this.#attend(page))
  }

  /** The server will refuse with this status, which Chromium writes to the console as an error. */
  expectAnswer(status: number, url?: Pattern): void {
    const sign = `responded with a status of ${status} `
    this.#expect(`an answer with status ${status}`, url, (fault) => {
      return fault.kind === 'console error' && fault.text.includes(sign) && fits(url, fault.url)
    })
  }

  /** The page will write this to the console, as an error or a warning. */
  expectConsole(text: Pattern): void {
    this.#expect('on the console', text, (fault) => {
      return fault.kind.startsWith('console') && fits(text, fault.text)
    })
  }

  /** The page will throw, or leave a rejection alone. */
  expectException(text: Pattern): void {
    this.#expect('an exception', text, (fault) => {
      return fault.kind === 'exception' && fits(text, fault.text)
    })
  }

  /** A request will get no answer: the server is gone, or the network. */
  expectFailedRequest(url: Pattern): void {
    this.#expect('a failed request', url, (fault) => {
      const isEcho = fault.kind === 'console error' && fault.text.includes('net::ERR_')
      return (fault.kind === 'failed request' || isEcho) && fits(url, fault.url)
    })
  }

  /** The page will ask, or the browser before it leaves a page. Undeclared ones are dismissed. */
  expectDialog(text: Pattern, answer: 'accept' | 'dismiss'): void {
    const matches = (fault: Fault): boolean => fault.kind === 'dialog' && fits(text, fault.text)
    this.#expect('a dialog', text, matches, answer)
  }

  /** What happened and was not declared, in order. */
  get faults(): readonly Fault[] {
    return this.#faults
  }

  /** @throws Error that lists the undeclared faults, and declarations that nothing met. */
  check(): void {
    const unmet = this.#expectations.filter(({ isMet }) => !isMet)
    const lines = [
      ...this.#faults.map(describeFault),
      ...unmet.map(({ what }) => `declared, but it never came: ${what}`),
    ]
    if (lines.length > 0) throw new Error(`The page is at fault:\n  ${lines.join('\n  ')}`)
  }

  #expect(
    what: string,
    pattern: Pattern | undefined,
    matches: (fault: Fault) => boolean,
    answer?: 'accept' | 'dismiss',
  ): void {
    const named = pattern === undefined ? what : `${what} ${String(pattern)}`
    this.#expectations.push({ what: named, matches, answer, isMet: false })
  }

  /** The declaration that covers the fault, or undefined, and then it counts. */
  #note(fault: Fault): Expectation | undefined {
    const met = this.#expectations.find(({ matches }) => matches(fault))
    if (met === undefined) this.#faults.push(fault)
    else met.isMet = true
    return met
  }

  #hear(message: ConsoleMessage): void {
    const type = message.type()
    const { url } = message.location()
    if (type === 'error' || type === 'assert') {
      this.#note({ kind: 'console error', text: message.text(), url })
    }
    if (type === 'warning') this.#note({ kind: 'console warning', text: message.text(), url })
  }

  #catch(error: Error): void {
    this.#note({ kind: 'exception', text: error.stack ?? error.message })
  }

  #follow(url: string): void {
    if (inside.test(url) || new URL(url).origin === this.#origin) return
    this.#note({ kind: 'foreign request', text: 'asked another host', url })
  }

  #fail(request: Request): void {
    const text = request.failure()?.errorText ?? 'no reason given'
    if (text === givenUp) this.givenUp.push(request.url())
    else this.#note({ kind: 'failed request', text, url: request.url() })
  }

  async #answer(dialog: Dialog): Promise<void> {
    const text = `${dialog.type()} ${dialog.message()}`.trim()
    const declared = this.#note({ kind: 'dialog', text })
    // The page may be gone before the answer.
    await (declared?.answer === 'accept' ? dialog.accept() : dialog.dismiss()).catch(
      () => undefined,
    )
  }

  #attend(page: Page): void {
    page.on('crash', () => this.#note({ kind: 'crash', text: 'the page crashed', url: page.url() }))
    page.on('websocket', (socket) => this.#follow(socket.url().replace(/^ws/, 'http')))
  }
}
