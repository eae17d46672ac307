/**
 * Every call of the specification, by section, is in the first column of its section of the map.
 * Those of Python's own library are not of this system, and left out.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const calls: Readonly<Record<string, readonly string[]>> = {
  3: [
    ...['StorageManager', 'StorageConfig', 'os.getenv', 'storage.save', 'storage.load'],
    ...['storage.list_keys', 'storage.delete', 'storage.exists', 'FileStorageBackend'],
    ...['backend.write', 'backend.read', 'backend.delete', 'backend.list_files'],
    ...['AzureStorageBackend', 'backend.upload_blob', 'backend.download_blob'],
    ...['backend.list_blobs', 'backend.insert_entity', 'backend.get_entity'],
    ...['backend.query_entities', 'backend.send_message', 'backend.receive_message'],
    ...['backend.delete_message', 'DefaultAzureCredential'],
  ],
  4: ['json.dumps', 'pickle.dumps', 'storage.save'],
  5: ['storage.save', 'storage.load', 'storage.list_keys'],
  6: [
    ...['CachedStorageManager', 'CachedStorageManager.load', 'CachedStorageManager.save'],
    ...['TTLCache', 'TTLCache.get', 'TTLCache.set', 'asyncio.gather', 'storage.save'],
    ...['storage.load', 'compress_data', 'decompress_data'],
  ],
  7: [
    ...['ResilientStorageManager', 'ResilientStorageManager.save', 'ResilientStorageManager.load'],
    ...['retry', 'stop_after_attempt', 'wait_exponential', 'load_with_fallback'],
  ],
  8: [
    ...['AzureStorageBackend', 'DefaultAzureCredential', 'backend.create_container', 'os.chmod'],
    ...['EncryptedStorage', 'EncryptedStorage.save_encrypted', 'EncryptedStorage.load_encrypted'],
    ...['Fernet', 'audit_log'],
  ],
  9: [
    ...['MetricsCollector', 'metrics.increment', 'metrics.timing', 'metrics.gauge'],
    ...['logging.getLogger', 'logger.info'],
  ],
  10: ['migrate_storage', 'save_versioned'],
  12: [
    ...['TieredStorageManager', 'configure_tiers', 'enable_auto_tiering', 'tiered_storage.save'],
    ...['analyze_costs', 'apply_optimizations', 'DistributedStorageMesh', 'configure_regions'],
    ...['storage_mesh.save', 'storage_mesh.load', 'configure_conflict_resolution'],
    ...['ContentAddressableStorage', 'cas.store', 'cas.retrieve', 'cas.verify', 'cas.link'],
    ...['cas.get_immutable_store', 'immutable_store.append', 'immutable_store.verify_chain'],
    ...['GraphStorage', 'create_entity', 'create_relationship', 'traverse', 'find_pattern'],
    ...['semantic_query', 'TimeSeriesStorage', 'ts_storage.configure', 'ts_storage.write'],
    ...['ts_storage.query', 'EncryptedStorage', 'encrypted_storage.save', 'rotate_keys'],
    ...['configure_envelope_encryption', 'WriteAheadLog', 'wal.transaction', 'txn.write'],
    ...['txn.commit', 'wal.recover', 'txn.replay', 'EventStore', 'append_event'],
    ...['rebuild_state', 'create_snapshot', 'IntelligentCache', 'configure_levels'],
    ...['enable_predictive_warming', 'configure_coherence', 'StorageAnalytics'],
    ...['generate_report', 'detect_anomalies', 'get_recommendations', 'DisasterRecovery'],
    ...['enable_continuous_backup', 'restore_to_point_in_time', 'configure_cross_region_dr'],
  ],
}

describe('the map of the specification', () => {
  const page = readFileSync(new URL('../../docs/specification-map.md', import.meta.url), 'utf8')
  const sections = page.split(/^## /m)

  it.each(Object.keys(calls))('has every call of section %s', (number) => {
    const section = sections.find((each) => each.startsWith(`${number}. `)) ?? ''
    const rows = section.split('\n').filter((line) => line.startsWith('| '))
    const column = rows.map((row) => row.split(' | ')[0]).join('\n')
    const listed = new Set([...column.matchAll(/([\w.]+)\(/g)].map(([, name]) => name))
    expect(calls[number]!.filter((name) => !listed.has(name))).toEqual([])
  })
})
