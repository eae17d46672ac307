/** Thrown by an operation that the server does not survive: every connection ends. */
export class ServerCrash extends Error {
  override readonly name = 'ServerCrash'
}
