import "react";

declare module "react" {
  interface CSSProperties {
    /** The colour of a ticket's band, in degrees. */
    "--hue"?: number;
  }
}
