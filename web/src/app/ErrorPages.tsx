import { Banner } from "../ui/Banner.tsx";
import { Button, ButtonLink } from "../ui/Button.tsx";
import { Empty } from "../ui/Empty.tsx";
import { Page } from "../ui/Page.tsx";
import { paths } from "../ui/paths.ts";

/** NotFoundPage stands where there is no page. */
export function NotFoundPage() {
  return (
    <Page title="Page not found" width="narrow">
      <Empty
        title="There is nothing here"
        action={<ButtonLink to={paths.tickets}>See the tickets for sale</ButtonLink>}
      >
        The address may be mistyped, or the page may have moved.
      </Empty>
    </Page>
  );
}

/** CrashPage stands where a page broke, or where its code could not be loaded after a new release. */
export function CrashPage() {
  return (
    <Page title="This page broke" width="narrow">
      <Banner tone="error" actions={<Button onClick={() => location.reload()}>Reload</Button>}>
        Something went wrong while showing this page. Nothing that you bought or listed is affected.
      </Banner>
    </Page>
  );
}
