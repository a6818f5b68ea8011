//! Figures as PNG files, with a font of their own.

use std::io;

use plotters::{
    prelude::{BitMapBackend, IntoDrawingArea},
    style::{FontStyle, register_font},
};

use super::{drawing, labels::FONT};
use crate::{monitor::stats::Stats, sync::OnceLock};

/// DejaVu Sans, reduced to the characters of Latin scripts.
static FONT_FILE: &[u8] = include_bytes!("font/DejaVuSans-Latin.ttf");

/// Registers the font with plotters, for the whole program.
pub(super) fn register() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        if register_font(FONT, FontStyle::Normal, FONT_FILE).is_err() {
            unreachable!("the font is part of this library")
        }
    });
}

/// The figure as the bytes of a file.
pub(super) fn draw((width, height): (u32, u32), stats: &Stats) -> io::Result<Vec<u8>> {
    let mut pixels = vec![0; 3 * width as usize * height as usize];
    let area = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
    drawing::draw(&area, stats).map_err(io::Error::other)?;
    drop(area);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use plotters::style::IntoFont;

    use super::{super::labels, *};

    #[test]
    fn no_text_is_wider_than_it_is_taken_for() {
        register();
        let characters = (' '..='~').chain('\u{a0}'..='\u{17f}').chain(['…', '–', '€']);
        for ch in characters.filter(|ch| !ch.is_control()) {
            let text = ch.to_string().repeat(20);
            let (width, _) = (FONT, 14).into_font().box_size(&text).unwrap();
            let taken = labels::width(&text, 14);
            assert!(width.cast_signed() <= taken, "{ch:?} is {width} wide, not {taken}");
        }
    }
}
