/** Containers of an account: made and removed beside the store, which lives in one. */
import { AzureStorageBackend } from '@aos-storage/backend-azure'

/** True when it was made, false when it was there. */
export function createContainer(connectionString: string, container: string): Promise<boolean> {
  return on(connectionString, (account) => account.createContainer(container))
}

export async function deleteContainer(connectionString: string, container: string): Promise<void> {
  await on(connectionString, (account) => account.deleteContainer(container))
}

async function on<T>(
  connectionString: string,
  call: (account: AzureStorageBackend) => Promise<T>,
): Promise<T> {
  const account = new AzureStorageBackend({ connectionString })
  try {
    return await call(account)
  } finally {
    await account.close()
  }
}
