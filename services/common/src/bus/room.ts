/** Room lets a fixed number in; the others wait in line. */
export interface Room {
  enter(): Promise<void>;
  leave(): void;
}

/** createRoom makes an empty room. */
export function createRoom(size: number): Room {
  const line: (() => void)[] = [];
  let inside = 0;
  return {
    async enter() {
      // Whoever leaves hands the place over, so `inside` stays as it is.
      if (inside < size) inside += 1;
      else await new Promise<void>((resolve) => line.push(resolve));
    },
    leave() {
      const next = line.shift();
      if (next) next();
      else inside -= 1;
    },
  };
}
