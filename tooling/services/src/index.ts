/** Real servers for tests. `@aos-tooling/services/vitest` has `describeWithService`. */
export type { ServiceDefinition, StartContext } from './definition.ts'
export { freePort } from './port.ts'
export type { ServiceName } from './registry.ts'
export { s3Connection, s3Environment } from './s3-connection.ts'
export type { S3Connection, S3Credentials } from './s3-connection.ts'
export { ServiceUnavailable, useService } from './service.ts'
export type { Service, UseServiceOptions } from './service.ts'
