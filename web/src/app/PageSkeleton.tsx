import { Skeletons } from "../ui/Empty.tsx";

/** PageSkeleton stands in for a page while its code or its user is on the way. */
export function PageSkeleton() {
  return (
    <div className="page page-wide">
      <Skeletons count={3} kind="block" />
    </div>
  );
}
