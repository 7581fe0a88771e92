import { useEffect, useEffectEvent, useRef } from "react";
import { Button } from "./Button.tsx";

/** LoadMore loads the next page when its end comes near; the button is there for whoever has no scroll. */
export function LoadMore({
  more,
  pending,
  onMore,
}: {
  readonly more: boolean;
  readonly pending: boolean;
  readonly onMore: () => void;
}) {
  const end = useRef<HTMLDivElement>(null);
  const loadMore = useEffectEvent(onMore);
  useEffect(() => {
    if (!more || pending || !end.current) return undefined;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && loadMore(),
      { rootMargin: "600px" },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [more, pending]);

  if (!more) return null;
  return (
    <div ref={end} className="load-more">
      <Button pending={pending} onClick={onMore}>
        Show more
      </Button>
    </div>
  );
}
