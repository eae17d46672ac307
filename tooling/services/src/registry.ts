/**
 * All services that tests may ask for. A new one is a file with its definition, and a line here.
 */
import { chromium } from './chromium.ts'
import type { ServiceDefinition } from './definition.ts'
import { redis } from './redis.ts'

export const services = { redis, chromium } as const satisfies Record<string, ServiceDefinition>

export type ServiceName = keyof typeof services
