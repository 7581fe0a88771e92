import { createBrowserRouter, type RouteObject } from "react-router";
import { TicketsPage } from "../features/market/TicketsPage.tsx";
import { CrashPage, NotFoundPage } from "./ErrorPages.tsx";
import { Layout } from "./Layout.tsx";
import { NeedsUser } from "./NeedsUser.tsx";
import { PageSkeleton } from "./PageSkeleton.tsx";

/** The pages. All but the first are loaded when they are asked for; `path`s as in ui/paths.ts. */
const routes: RouteObject[] = [
  {
    element: <Layout />,
    errorElement: <CrashPage />,
    HydrateFallback: PageSkeleton,
    children: [
      { path: "/", element: <TicketsPage /> },
      page("/tickets/:id", async () => (await import("../features/ticket/TicketPage.tsx")).TicketPage),
      page("/sign-in", async () => (await import("../features/account/SignInPage.tsx")).SignInPage),
      page("/sign-up", async () => (await import("../features/account/SignUpPage.tsx")).SignUpPage),
      {
        element: <NeedsUser />,
        children: [
          page("/sell", async () => (await import("../features/selling/SellPage.tsx")).SellPage),
          page("/listings", async () => (await import("../features/selling/ListingsPage.tsx")).ListingsPage),
          page("/listings/:id/edit", async () => (await import("../features/selling/EditListingPage.tsx")).EditListingPage),
          page("/checkout/:orderId", async () => (await import("../features/checkout/CheckoutPage.tsx")).CheckoutPage),
          page("/orders", async () => (await import("../features/orders/OrdersPage.tsx")).OrdersPage),
          page("/orders/:id", async () => (await import("../features/orders/OrderPage.tsx")).OrderPage),
          page("/account", async () => (await import("../features/account/AccountPage.tsx")).AccountPage),
        ],
      },
      { path: "*", element: <NotFoundPage /> },
    ],
  },
];

/** createRouter follows the address bar. */
export const createRouter = () => createBrowserRouter(routes);

function page(path: string, load: () => Promise<() => React.ReactNode>): RouteObject {
  return { path, lazy: async () => ({ Component: await load() }), errorElement: <CrashPage /> };
}
