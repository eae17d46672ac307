/** What the queues' kit tells the processes that it starts, see `child-protocol.ts`. */

/** The commands of a child of the queues' kit, their arguments and their results. */
export interface QueueChildCommands {
  /** Receives until nothing comes any more, and holds all of it; gives the bodies as text. */
  receiveAll: {
    args: { queue: string; visibilitySeconds: number }
    result: { bodies: string[] }
  }
  /** Receives so many messages at most, and holds them. */
  receive: {
    args: { queue: string; max: number; visibilitySeconds: number }
    result: { ids: string[] }
  }
  /** Sends `0`, `1`, ... until it is killed; progress says which were acknowledged. */
  sendForever: { args: { queue: string }; result: never }
  /**
   * Receives some messages, deletes one after the other, and goes on until it is killed or nothing
   * comes; progress says which were acknowledged as deleted.
   */
  handleForever: { args: { queue: string; visibilitySeconds: number }; result: { count: number } }
}
