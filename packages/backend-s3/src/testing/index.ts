/**
 * A simulated S3 server for tests of clients: {@link startSimulatedS3}.
 *
 * @packageDocumentation
 */
export type { Behaviour, ConditionSupport, IfMatchSupport } from './behaviour.ts'
export type { ChecksumAlgorithm, ChecksumType, ObjectChecksum } from './body/checksums.ts'
export type { ConnectionEnding, ScriptedFault } from './faults/fault.ts'
export type { FaultRule, RuleSubject, ScriptedRule } from './faults/rule.ts'
export {
  awsBehaviour,
  ceph16Behaviour,
  ignoresConditionsBehaviour,
  refusesConditionsBehaviour,
} from './presets.ts'
export type { S3Action } from './protocol/actions.ts'
export type { S3Operation } from './protocol/routing.ts'
export type { RecordedRequest } from './record.ts'
export {
  type ClientCredentials,
  type SimulatedBucketOptions,
  type SimulatedS3,
  type SimulatedS3Options,
  startSimulatedS3,
} from './simulated-s3.ts'
export type { SimulatedCredentials } from './store/account.ts'
export type { DirectWrite } from './store/direct-write.ts'
export type {
  DeleteMarker,
  ObjectAttributes,
  ObjectPart,
  Restore,
  Retention,
  StoredObject,
  Version,
} from './store/stored-object.ts'
export type { Upload, UploadedPart } from './store/upload.ts'
