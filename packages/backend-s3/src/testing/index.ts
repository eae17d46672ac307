/**
 * A simulation of S3 servers, for tests of what a real gateway does not show: {@link
 * startSimulatedS3}. One process, all in memory, gone when it is closed.
 *
 * - **Dialects** are data: {@link awsBehaviour}, {@link ceph16Behaviour} and others, and every
 *   switch of {@link Behaviour}, which `s3.behave` turns while the server runs.
 * - **Faults** are scripted by rules: `s3.script({ operation, key, times, fault })`; see
 *   {@link ScriptedFault}.
 * - **Truth**: `s3.objects`, `s3.versions` and `s3.uploads` are what is stored, `s3.requests` what
 *   came; `s3.put` and `s3.delete` are another client.
 *
 * Signatures, conditions, checksums, versions, locks and archives are judged as Amazon judges them.
 *
 * Not simulated: virtual-host addresses and TLS; ACLs, policies, CORS, lifecycle, replication,
 * notifications, websites, encryption with keys of the client (other encryption is kept as a
 * header); ListObjects of version 1, GetObjectAttributes, SelectObjectContent, RenameObject;
 * directory buckets; SigV2 and SigV4A. An operation that is not simulated answers 501
 * `NotImplemented`. All reads are consistent: there is no replica that is behind.
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
export type {
  ClientCredentials,
  SimulatedBucketOptions,
  SimulatedS3,
  SimulatedS3Options,
} from './simulated-s3.ts'
export { startSimulatedS3 } from './simulation.ts'
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
