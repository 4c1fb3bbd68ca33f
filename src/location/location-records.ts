type Fields = Record<string, unknown>

/**
 * The fields of a location in a record: of MaxMind and DB-IP, where they are nested and named in English, and of
 * databases with one level, such as `{ country_code, state1, city }`.
 */
export function locationFields(record: unknown): Fields | undefined {
  const all = fieldsOf(record)
  if (!all) return undefined
  const [subdivision] = Array.isArray(all.subdivisions) ? all.subdivisions : []
  const place = fieldsOf(all.location) ?? all
  return {
    country: fieldsOf(all.country)?.iso_code ?? text(all.country_code) ?? text(all.country),
    region: nameOf(subdivision) ?? text(all.state1) ?? text(all.region),
    city: nameOf(all.city) ?? text(all.city),
    latitude: place.latitude,
    longitude: place.longitude,
  }
}

const fieldsOf = (value: unknown) => (typeof value === 'object' && value !== null ? (value as Fields) : undefined)

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

const nameOf = (place: unknown) => fieldsOf(fieldsOf(place)?.names)?.en ?? fieldsOf(place)?.iso_code
