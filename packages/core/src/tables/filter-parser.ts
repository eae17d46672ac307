/**
 * Reads filters written as OData text: the subset of Azure Tables, strictly.
 *
 * ```
 *   or         = and { "or" and }
 *   and        = unary { "and" unary }
 *   unary      = "not" operand | primary
 *   operand    = "(" or ")" | name                what "not" negates is in parentheses or Boolean
 *   primary    = "(" or ")" | comparison
 *   comparison = name op literal | literal op name | name            a name alone: Boolean, true
 * ```
 *
 * Invariant: time and memory are bounded by the length of the text; nesting and the number of
 * comparisons by `tableLimits`, before any stack or service is.
 *
 * Source: learn.microsoft.com, "Querying tables and entities".
 */
import { StorageError } from '../errors.ts'
import { quoteKey } from '../keys.ts'
import { describe } from '../options.ts'
import type { TableValue } from './entity.ts'
import type { ComparisonOperator, FilterNode } from './filter.ts'
import {
  assertFilterComparisons,
  assertFilterDepth,
  assertFilterProperty,
  comparisonOperators,
  filterWords,
  ownFilterValue,
} from './filter-check.ts'
import { filterError, type FilterToken, lexFilter } from './filter-lexer.ts'
import { tableLimits } from './limits.ts'

/** Pairs of parentheses in one another; a filter of 32 levels in our own writing has less. */
const parenthesesMax = 100

/**
 * The filter that a text means.
 *
 * @throws TypeError for no string.
 * @throws StorageError `INVALID_ARGUMENT` with the place and what was expected there.
 */
export function parseFilter(text: string): FilterNode {
  if (typeof text !== 'string') throw new TypeError(`A filter is text, not ${describe(text)}`)
  assertFilterLength(text.length)
  return new FilterParser(lexFilter(text), text.length).filter()
}

/** @throws StorageError `INVALID_ARGUMENT` for text that is too long. */
export function assertFilterLength(units: number): void {
  const { filterUnitsMax } = tableLimits
  if (units <= filterUnitsMax) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `The filter has ${units} UTF-16 units; at most ${filterUnitsMax} are taken`,
  )
}

/** Where a comparison is turned round: `5 lt total` is `total gt 5`. */
const mirrored: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  ge: 'le',
  lt: 'gt',
  le: 'ge',
}

/** A parser by recursive descent over words, for one use. */
export class FilterParser {
  readonly #tokens: Iterator<FilterToken>
  readonly #end: FilterToken
  #next: FilterToken
  #comparisons = 0
  #parentheses = 0

  constructor(tokens: Iterable<FilterToken>, length: number) {
    this.#tokens = tokens[Symbol.iterator]()
    this.#end = { kind: 'end', at: length, text: 'the end' }
    this.#next = this.#read()
  }

  filter(): FilterNode {
    const filter = this.#or()
    if (this.#next.kind !== 'end') throw this.#unexpected('"and", "or" or the end')
    assertDepth(filter, 1)
    return filter
  }

  #or(): FilterNode {
    let left = this.#and()
    while (this.#takeWord('or')) left = { type: 'or', left, right: this.#and() }
    return left
  }

  #and(): FilterNode {
    let left = this.#unary()
    while (this.#takeWord('and')) left = { type: 'and', left, right: this.#unary() }
    return left
  }

  #unary(): FilterNode {
    if (!this.#takeWord('not')) return this.#primary()
    if (this.#next.kind === '(') return { type: 'not', operand: this.#primary() }
    const name = this.#name('a filter in parentheses or a Boolean property')
    // OData negates before it compares, other readers do not: so that nobody guesses.
    if (this.#isOperator()) {
      throw filterError(this.#next.at, 'put what "not" negates in parentheses')
    }
    return { type: 'not', operand: this.#comparison(name, 'eq', true) }
  }

  #primary(): FilterNode {
    if (this.#next.kind === '(') {
      const { at } = this.#take()
      if (++this.#parentheses > parenthesesMax) {
        throw filterError(at, `more than ${parenthesesMax} parentheses are open`)
      }
      const inner = this.#or()
      this.#close()
      return inner
    }
    if (this.#next.kind === 'literal') {
      const { value } = this.#next
      this.#take()
      const operator = this.#operator()
      return this.#comparison(this.#name('a property'), mirrored[operator], value)
    }
    const name = this.#name('a property, a value, "not" or "("')
    if (!this.#isOperator()) return this.#comparison(name, 'eq', true)
    return this.#comparison(name, this.#operator(), this.#value())
  }

  #close(): void {
    if (this.#next.kind !== ')') throw this.#unexpected('"and", "or" or ")"')
    this.#take()
    this.#parentheses--
  }

  #comparison(property: string, operator: ComparisonOperator, value: TableValue): FilterNode {
    assertFilterComparisons(++this.#comparisons)
    return { type: 'comparison', operator, property, value: ownFilterValue(value, property) }
  }

  #isOperator(): boolean {
    return this.#next.kind === 'word' && comparisonOperators.has(this.#next.text)
  }

  #operator(): ComparisonOperator {
    if (!this.#isOperator()) throw this.#unexpected(`one of ${[...comparisonOperators].join(', ')}`)
    return this.#take().text as ComparisonOperator
  }

  #value(): TableValue {
    const token = this.#next
    if (token.kind === 'literal') {
      this.#take()
      return token.value
    }
    if (token.kind === 'word' && (token.text === 'true' || token.text === 'false')) {
      this.#take()
      return token.text === 'true'
    }
    if (token.kind === 'word' && token.text === 'null') {
      throw filterError(token.at, 'there is no null in tables; a missing property equals nothing')
    }
    throw this.#unexpected("a value, such as 5, 5L, 'text', true or datetime'...'")
  }

  #name(expected: string): string {
    const token = this.#next
    if (token.kind !== 'word' || filterWords.has(token.text)) throw this.#unexpected(expected)
    assertFilterProperty(token.text)
    return this.#take().text
  }

  #takeWord(text: string): boolean {
    if (this.#next.kind !== 'word' || this.#next.text !== text) return false
    this.#take()
    return true
  }

  #take(): FilterToken {
    const token = this.#next
    this.#next = this.#read()
    return token
  }

  #read(): FilterToken {
    const { done, value } = this.#tokens.next()
    return done === true ? this.#end : value
  }

  #unexpected(expected: string): StorageError {
    const { kind, at, text } = this.#next
    const found = kind === 'word' || kind === '(' || kind === ')' ? quoteKey(text) : text
    return filterError(at, `${found} stands where ${expected} is due`)
  }
}

function assertDepth(filter: FilterNode, depth: number): void {
  assertFilterDepth(depth)
  if (filter.type === 'comparison') return
  if (filter.type === 'not') {
    assertDepth(filter.operand, depth + 1)
    return
  }
  assertDepth(filter.left, depth + 1)
  assertDepth(filter.right, depth + 1)
}
