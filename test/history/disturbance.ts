/** What was under way when something began. */
export interface Moment {
  readonly underWay: number
  readonly begun: number
}

/** Something that may be under way, several times at once, and makes the outcome of what else is under way uncertain. */
export class Disturbance {
  #underWay = 0
  #begun = 0
  #held = 0

  get isUnderWay(): boolean {
    return this.#underWay > 0
  }

  moment(): Moment {
    return { underWay: this.#underWay, begun: this.#begun }
  }

  /**
   * Whether nothing of this kind was under way at any time since.
   *
   * @param own - what the caller had begun itself by then
   * @param ownSince - what the caller began since
   */
  wasCalm(since: Moment, own = 0, ownSince = 0): boolean {
    return since.underWay === own && this.#begun === since.begun + ownSince
  }

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.begin()
    try {
      return await work()
    } finally {
      this.end()
    }
  }

  begin(): void {
    this.#underWay++
    this.#begun++
  }

  end(): void {
    this.#underWay--
  }

  /** Something was not answered: it may go on until all is quiet. */
  hold(): void {
    this.begin()
    this.#held++
  }

  /** All is quiet. */
  release(): void {
    this.#underWay -= this.#held
    this.#held = 0
  }
}
