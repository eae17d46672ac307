/**
 * The limits of Azure Tables, kept by every backend: what fits on a laptop fits in the cloud.
 *
 * Source: learn.microsoft.com, "Understanding the Table service data model", "Performing entity
 * group transactions", "Querying tables and entities".
 */
export const tableLimits = {
  /** Most UTF-16 units of a table's name. */
  nameUnitsMax: 63,
  /** Fewest UTF-16 units of a table's name. */
  nameUnitsMin: 3,
  /** Most UTF-16 units of a partition key or a row key: 1 KiB. */
  keyUnitsMax: 512,
  /** Most UTF-16 units of a property's name. */
  propertyNameUnitsMax: 255,
  /** Most properties of an entity, beside its keys and its time. */
  propertiesMax: 252,
  /** Most UTF-16 units of a text: 64 KiB. */
  textUnitsMax: 32_768,
  /** Most bytes of a binary value. */
  binaryBytesMax: 65_536,
  /** Most bytes of an entity, as `entityBytes` counts them: 1 MiB. */
  entityBytesMax: 1_048_576,
  /** Most changes of a transaction. */
  transactionChangesMax: 100,
  /** Most bytes of a transaction, as `transactionBytes` counts them: 4 MiB. */
  transactionBytesMax: 4_194_304,
  /** Most entities of one page of a query. */
  queryPageMax: 1000,
  /** Most comparisons of a filter. */
  filterComparisonsMax: 15,
  /** Most levels of a filter; ours, so that no filter exhausts a stack. */
  filterDepthMax: 32,
  /** Most UTF-16 units of a filter as text; ours. */
  filterUnitsMax: 32_768,
  /** Most names of a selection: all properties and the three of the service. */
  selectMax: 255,
} as const
