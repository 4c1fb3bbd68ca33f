/** Which sessions of a user end when there are too many: the oldest, those that were not used for longest, or none. */
export type Evict = 'oldest' | 'least-recent' | 'refuse'

/** How many sessions a user may have. */
export interface UserLimit {
  readonly most: number
  readonly evict: Evict
}
