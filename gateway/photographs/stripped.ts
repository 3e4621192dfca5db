// What a stripped picture is, how large one may be, and what makes it unreadable.
export const pictureFormats = ['jpeg', 'png'] as const
export type PictureFormat = (typeof pictureFormats)[number]

/** Local: no agreement gives them. Pixels are read from the header, before anything is decoded. */
export const pictureLimits = { fileBytes: 24 * 2 ** 20, pixels: 60_000_000, side: 30_000, scans: 100, readingMs: 30_000, memoryMb: 256 } as const // prettier-ignore

export interface Picture {
  readonly format: PictureFormat
  /** The picture and nothing else; of its metadata the way up alone, written anew. */
  readonly bytes: Buffer
  /** As it is shown, the right way up. */
  readonly width: number
  readonly height: number
  /** What was left out, by kind: `exif`, `xmp`, `trailing`. */
  readonly removed: readonly string[]
}

export class UnreadablePicture extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UnreadablePicture'
  }
}

export function damaged(): UnreadablePicture {
  return new UnreadablePicture('This picture is damaged, or stops before its end. Export it again, and send that.') // prettier-ignore
}

/** @throws {UnreadablePicture} as soon as the size is known */
export function refuseSize(width: number, height: number): void {
  if (width === 0 || height === 0) throw damaged()
  const { pixels, side } = pictureLimits
  if (width > side || height > side || width * height > pixels)
    throw new UnreadablePicture(`This picture has ${Math.round((width * height) / 1e6)} megapixels. At most ${pixels / 1e6} are taken. Make it smaller, and send that.`) // prettier-ignore
}

/** Width and height as shown: a camera that was held upright writes a picture that lies on its side. */
export function shownSize(width: number, height: number, orientation: number) {
  return orientation >= 5 ? { width: height, height: width } : { width, height }
}
