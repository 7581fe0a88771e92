import { useEffect, useLayoutEffect, useRef } from "react";
import { NavigationType, useLocation, useNavigationType } from "react-router";

/** How long a page that is gone back to may take to grow as long as it was. */
const patienceMs = 2000;

/** Where each page of this tab's history was scrolled to. */
const places = new Map<string, number>();

/**
 * useScrollPlace starts a new page at its top and takes one that is gone back to where it was left. A
 * search that changes while it is typed is no new page.
 */
export function useScrollPlace(): void {
  const { key, pathname } = useLocation();
  const kind = useNavigationType();
  const before = useRef(pathname);

  useEffect(() => {
    history.scrollRestoration = "manual";
  }, []);

  useLayoutEffect(() => {
    const samePage = before.current === pathname && kind !== NavigationType.Pop;
    before.current = pathname;
    const stop = samePage ? undefined : goTo(kind === NavigationType.Pop ? (places.get(key) ?? 0) : 0);
    const note = () => void places.set(key, scrollY);
    addEventListener("scroll", note, { passive: true });
    return () => {
      stop?.();
      removeEventListener("scroll", note);
    };
  }, [key, pathname, kind]);
}

/** Scrolls there as soon as the page is long enough, unless the reader has begun to scroll. */
function goTo(place: number): () => void {
  const end = Date.now() + patienceMs;
  let frame = 0;
  const stop = () => cancelAnimationFrame(frame);
  const attempt = () => {
    scrollTo(0, place);
    if (Math.abs(scrollY - place) > 1 && Date.now() < end) frame = requestAnimationFrame(attempt);
  };
  attempt();
  addEventListener("wheel", stop, { once: true, passive: true });
  addEventListener("touchmove", stop, { once: true, passive: true });
  addEventListener("keydown", stop, { once: true });
  return stop;
}
