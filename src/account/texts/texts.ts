/** Every word of the page. Names in braces are replaced. */
export interface AccountTexts {
  title: string
  lead: string
  /** Marks the session of the request. */
  thisDevice: string
  unknownDevice: string
  /** Of a device whose browser and system are known: `{browser}`, `{system}`. */
  deviceName: string
  /** Of an Android phone and an Android tablet: `{system}`. */
  phone: string
  tablet: string
  /** Of a program that is no browser. */
  program: string
  location: string
  network: string
  signedIn: string
  lastUsed: string
  /** Below the list, where a user has more devices than it shows: `{count}`. */
  more: string
  signOut: string
  signOutOthers: string
  signOutEverywhere: string
  confirmOthersTitle: string
  confirmOthers: string
  confirmEverywhereTitle: string
  confirmEverywhere: string
  cancel: string
  /** After signing out one device. */
  doneOne: string
  /** After signing out the other devices: none, one, and `{count}`. */
  doneOthersNone: string
  doneOthersOne: string
  doneOthers: string
  /** After signing out this device, and after signing out everywhere. */
  doneThis: string
  doneEverywhere: string
  notSignedInTitle: string
  notSignedIn: string
  goneTitle: string
  gone: string
  refusedTitle: string
  refused: string
  unavailableTitle: string
  unavailable: string
  failedTitle: string
  failed: string
  back: string
}
