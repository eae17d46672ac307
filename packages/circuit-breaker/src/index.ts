/**
 * `@aos-storage/circuit-breaker`: calls that are refused at once while a store is in trouble.
 *
 * A store that does not answer costs each caller its time limit, and is kept down by those who try
 * again. The layer {@link circuitBreaker} counts failures; when there are too many it opens its
 * circuit, refuses calls with `UNAVAILABLE` before the store sees them, and lets a few try now and
 * then, until these succeed.
 *
 * @packageDocumentation
 */
export type { Circuit, CircuitPosition } from './circuit.ts'
export { circuitBreaker, circuitOf } from './layer.ts'
export type { CircuitBreakerOptions } from './options.ts'
