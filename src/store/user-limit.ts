/** Which sessions of a user end when there are too many: the oldest, or those that were used the longest ago. */
export type Evict = 'oldest' | 'least-recent'

/** How many sessions a user may have. */
export interface UserLimit {
  readonly most: number
  readonly evict: Evict
}
