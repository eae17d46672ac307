/** The queue service of an account: its client, and one for each queue that is in use. */
import {
  AnonymousCredential,
  newPipeline,
  type QueueClient,
  QueueServiceClient,
  StorageSharedKeyCredential,
} from '@azure/storage-queue'
import type { Connection } from '../connection.ts'

/** Clients that are kept; each is a small object, made again when needed. */
const clientsMax = 256

export class QueueService {
  readonly client: QueueServiceClient
  readonly #queues = new Map<string, QueueClient>()

  /** @throws StorageError `INVALID_ARGUMENT` when nothing says where the service is. */
  constructor(connection: Connection) {
    const { credential } = connection.account
    const signer =
      credential.kind === 'key'
        ? new StorageSharedKeyCredential(credential.accountName, credential.accountKey)
        : credential.kind === 'token'
          ? (credential.token as Parameters<typeof newPipeline>[0])
          : new AnonymousCredential()
    const url = connection.urlOf('queue')
    this.client = new QueueServiceClient(
      credential.kind === 'sas' ? `${url}?${credential.sas}` : url,
      newPipeline(signer, connection.clientOptions('queue')),
    )
  }

  queue(name: string): QueueClient {
    const known = this.#queues.get(name)
    if (known !== undefined) return known
    if (this.#queues.size >= clientsMax) this.#queues.clear()
    const client = this.client.getQueueClient(name)
    this.#queues.set(name, client)
    return client
  }

  /** One page of names, and where the next one begins. */
  async names(
    marker: string | undefined,
    { prefix, max, abortSignal }: { prefix: string; max: number; abortSignal: AbortSignal },
  ): Promise<{ readonly names: readonly string[]; readonly next: string | undefined }> {
    const pages = this.client
      .listQueues({ ...(prefix === '' ? {} : { prefix }), abortSignal })
      .byPage({
        maxPageSize: max,
        ...(marker === undefined ? {} : { continuationToken: marker }),
      })
    const { value, done } = await pages.next()
    if (done === true) return { names: [], next: undefined }
    const { queueItems = [], continuationToken } = value as ListQueuesPage
    // The last page's is an empty element.
    return { names: queueItems.map(({ name }) => name), next: continuationToken || undefined }
  }
}

/** What is read of a page; the SDK's type promises more than the service sends. */
interface ListQueuesPage {
  readonly queueItems?: readonly { readonly name: string }[] | undefined
  readonly continuationToken?: string | undefined
}
