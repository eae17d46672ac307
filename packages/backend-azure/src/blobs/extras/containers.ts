/**
 * The containers of the account: made, listed, deleted.
 *
 * Invariant: a container is private unless its maker says otherwise.
 *
 * https://learn.microsoft.com/rest/api/storageservices/create-container
 */
import { type OperationOptions, StorageError } from '@aos-storage/core'
import { ownOptions, quoteKey } from '@aos-storage/core/backend'
import { failureOf } from '../../errors.ts'
import type { Container } from '../container.ts'
import { tokenOf } from '../etag.ts'

/**
 * Who may read without credentials: nobody, whoever knows a blob's name, or whoever knows the
 * container's, who may also list it. The account must allow the last two.
 */
export type ContainerAccess = 'private' | 'blob' | 'container'

/** What `createContainer` takes. */
export interface CreateContainerOptions extends OperationOptions {
  /** Default `'private'`. */
  readonly access?: ContainerAccess | undefined
}

/** What `listContainers` takes. */
export interface ListContainersOptions extends OperationOptions {
  /** Only names that start with this text. */
  readonly prefix?: string | undefined
}

/** A container of the account. */
export interface ContainerInfo {
  readonly name: string
  readonly access: ContainerAccess
  readonly etag: string
  readonly modifiedAt: Date
}

const createNames: ReadonlySet<string> = new Set<keyof CreateContainerOptions>([
  ...(['access', 'signal'] as const),
])
const listNames: ReadonlySet<string> = new Set<keyof ListContainersOptions>(['prefix', 'signal'])
const deleteNames: ReadonlySet<string> = new Set<keyof OperationOptions>(['signal'])
const accesses: readonly unknown[] = ['private', 'blob', 'container']
const pageMax = 5000

export class Containers {
  readonly #container: Container

  constructor(container: Container) {
    this.#container = container
  }

  /** @throws StorageError as `createContainer` of the backend. */
  async create(name: string | undefined, options: CreateContainerOptions = {}): Promise<boolean> {
    const { access, signal } = ownOptions(options, createNames, 'createContainer')
    if (access !== undefined && !accesses.includes(access)) {
      throw new TypeError('createContainer: access is "private", "blob" or "container"')
    }
    const client = name === undefined ? this.#container.client : this.#container.other(name)
    const isPublic = access === 'blob' || access === 'container'
    return this.#container.requests.send({
      ...{ backend: 'azblob', operation: 'createContainer', signal },
      send: async (abortSignal) => {
        await client.create({ abortSignal, ...(isPublic ? { access } : {}) })
        return true
      },
      onRefused: async (error, lost) => {
        if (error.code !== 'ALREADY_EXISTS') throw error
        // There since a try whose answer was lost: made by us, as far as anybody can tell.
        if (lost !== undefined) return true
        if (access !== undefined) await this.#assertAccess(client.containerName, access, signal)
        return false
      },
    })
  }

  async *list(options: ListContainersOptions): AsyncGenerator<ContainerInfo> {
    const { prefix, signal } = ownOptions(options, listNames, 'listContainers')
    const service = this.#container.account()
    let marker: string | undefined
    do {
      const settings = {
        maxPageSize: pageMax,
        ...(marker === undefined ? {} : { continuationToken: marker }),
      }
      const { value } = await this.#container.requests.send({
        ...{ backend: 'azblob', operation: 'listContainers', signal },
        send: (abortSignal) =>
          service
            .listContainers({ abortSignal, ...(prefix === undefined ? {} : { prefix }) })
            .byPage(settings)
            .next(),
      })
      for (const { name, properties } of value?.containerItems ?? []) {
        yield {
          name,
          access: properties.publicAccess ?? 'private',
          etag: tokenOf(properties.etag),
          modifiedAt: new Date(properties.lastModified),
        }
      }
      marker = value?.continuationToken
    } while (marker !== undefined && marker !== '')
  }

  /** @throws StorageError as `deleteContainer` of the backend. */
  async delete(name: string, options: OperationOptions = {}): Promise<boolean> {
    const { signal } = ownOptions(options, deleteNames, 'deleteContainer')
    const client = this.#container.other(name)
    return this.#container.requests.send({
      ...{ backend: 'azblob', operation: 'deleteContainer', signal },
      send: async (abortSignal) => {
        await client.delete({ abortSignal })
        return true
      },
      onRefused: async (error, lost) => {
        const { code } = failureOf(error.cause)
        if (code === 'ContainerNotFound') return lost !== undefined
        // Which began with the try whose answer was lost.
        if (code === 'ContainerBeingDeleted' && lost !== undefined) return true
        throw error
      },
    })
  }

  /** One that is open to others than the caller wants is not what was asked for. */
  async #assertAccess(
    name: string,
    access: ContainerAccess,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { blobPublicAccess = 'private' } = await this.#container.requests.send({
      ...{ backend: 'azblob', operation: 'createContainer', signal },
      send: (abortSignal) => this.#container.other(name).getProperties({ abortSignal }),
    })
    if (blobPublicAccess === access) return
    throw new StorageError(
      'ALREADY_EXISTS',
      `Container ${quoteKey(name)} is there already, with access "${blobPublicAccess}" and not ` +
        `"${access}"; change its access level, or take another name`,
    )
  }
}
