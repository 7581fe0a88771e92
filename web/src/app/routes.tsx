import { lazy, type ReactNode } from "react";
import { Route, Routes } from "react-router";
import { TicketsPage } from "../features/market/TicketsPage.tsx";
import { NotFoundPage } from "./ErrorPages.tsx";
import { Layout } from "./Layout.tsx";
import { NeedsUser } from "./NeedsUser.tsx";

// All pages but the first are loaded when they are asked for.
const TicketPage = page(async () => (await import("../features/ticket/TicketPage.tsx")).TicketPage);
const SignInPage = page(async () => (await import("../features/account/SignInPage.tsx")).SignInPage);
const SignUpPage = page(async () => (await import("../features/account/SignUpPage.tsx")).SignUpPage);
const AccountPage = page(async () => (await import("../features/account/AccountPage.tsx")).AccountPage);
const SellPage = page(async () => (await import("../features/selling/SellPage.tsx")).SellPage);
const ListingsPage = page(async () => (await import("../features/selling/ListingsPage.tsx")).ListingsPage);
const EditListingPage = page(async () => (await import("../features/selling/EditListingPage.tsx")).EditListingPage);
const CheckoutPage = page(async () => (await import("../features/checkout/CheckoutPage.tsx")).CheckoutPage);
const OrdersPage = page(async () => (await import("../features/orders/OrdersPage.tsx")).OrdersPage);
const OrderPage = page(async () => (await import("../features/orders/OrderPage.tsx")).OrderPage);

/** AppRoutes are the pages, at the addresses of ui/paths.ts. */
export function AppRoutes() {
  return (
    <Routes>
      <Route element={<Layout />}>
        <Route path="/" element={<TicketsPage />} />
        <Route path="/tickets/:id" element={<TicketPage />} />
        <Route path="/sign-in" element={<SignInPage />} />
        <Route path="/sign-up" element={<SignUpPage />} />
        <Route element={<NeedsUser />}>
          <Route path="/sell" element={<SellPage />} />
          <Route path="/listings" element={<ListingsPage />} />
          <Route path="/listings/:id/edit" element={<EditListingPage />} />
          <Route path="/checkout/:orderId" element={<CheckoutPage />} />
          <Route path="/orders" element={<OrdersPage />} />
          <Route path="/orders/:id" element={<OrderPage />} />
          <Route path="/account" element={<AccountPage />} />
        </Route>
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}

function page(load: () => Promise<() => ReactNode>) {
  return lazy(async () => ({ default: await load() }));
}
