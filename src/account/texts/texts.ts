/** Every word of the page. Names in braces are replaced. */
export interface AccountTexts {
  /** The heading of the page. */
  title: string
  /** The sentence below the heading. */
  lead: string
  /** Marks the session of the request. */
  thisDevice: string
  /** The name of a device whose user agent is not known. */
  unknownDevice: string
  /** The name of a device whose browser and system are known: `{browser}`, `{system}`. */
  deviceName: string
  /** The system of an Android phone, which becomes a part of `deviceName`: `{system}`. */
  phone: string
  /** The system of an Android tablet, which becomes a part of `deviceName`: `{system}`. */
  tablet: string
  /** The name of a program that is no browser. */
  program: string
  /** The label of the place where a device was last used. */
  location: string
  /** The label of the address, or of its network. */
  network: string
  /** The label of the time of the sign-in. */
  signedIn: string
  /** The label of the time of the last use. */
  lastUsed: string
  /** Below the list, where a user has more devices than it shows: `{count}`. */
  more: string
  /** The button that signs out one device. */
  signOut: string
  /** The button that signs out all devices but this one. */
  signOutOthers: string
  /** The button that signs out all devices, with this one. */
  signOutEverywhere: string
  /** The heading of the question before all other devices are signed out. */
  confirmOthersTitle: string
  /** The text of that question. */
  confirmOthers: string
  /** The heading of the question before all devices are signed out. */
  confirmEverywhereTitle: string
  /** The text of that question. */
  confirmEverywhere: string
  /** The link that leaves a question without signing out anything. */
  cancel: string
  /** After signing out one device. */
  doneOne: string
  /** After signing out the other devices, when there was none. */
  doneOthersNone: string
  /** After signing out the other devices, when there was one. */
  doneOthersOne: string
  /** After signing out the other devices, when there were several: `{count}`. */
  doneOthers: string
  /** After signing out this device. */
  doneThis: string
  /** After signing out everywhere. */
  doneEverywhere: string
  /** The heading for a visitor who is not signed in. */
  notSignedInTitle: string
  /** The text for a visitor who is not signed in. */
  notSignedIn: string
  /** The heading when the device to sign out has no session any more. */
  goneTitle: string
  /** The text when the device to sign out has no session any more. */
  gone: string
  /** The heading when a form is refused, because it does not come from a current page. */
  refusedTitle: string
  /** The text when a form is refused. */
  refused: string
  /** The heading when the database does not answer. */
  unavailableTitle: string
  /** The text when the database does not answer. */
  unavailable: string
  /** The heading of any other error. */
  failedTitle: string
  /** The text of any other error. */
  failed: string
  /** The link back to the list. */
  back: string
}
